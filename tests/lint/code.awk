# C without its comments and the insides of its literals, line for line: "FILE:LINE:code". What a
# lint looks for in the code must not be found in a comment that speaks of it.
FNR == 1 { comment = 0 }
{
	out = ""
	for (i = 1; i <= length($0); i++) {
		c = substr($0, i, 1)
		two = substr($0, i, 2)
		if (comment) {
			if (two == "*/") {
				comment = 0
				i++
			}
		} else if (quote != "") {
			if (c == "\\")
				i++
			else if (c == quote) {
				quote = ""
				out = out c
			}
		} else if (two == "/*") {
			comment = 1
			out = out " "
			i++
		} else if (two == "//") {
			break
		} else {
			if (c == "\"" || c == "'")
				quote = c
			out = out c
		}
	}
	quote = "" # no literal crosses a line's end
	print FILENAME ":" FNR ":" out
}
