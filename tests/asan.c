/*
 * What a program under sanitizers (`make asan`) has for its options, wherever it is started: inside
 * a sandbox, where no variable passes, too. Leaks are no fault of a process that becomes or ends
 * soon, and LeakSanitizer cannot run under strace or the filter; the link order is asked by a test
 * that preloads a library.
 */
const char *__asan_default_options(void);
const char *__ubsan_default_options(void);

const char *__asan_default_options(void)
{
	return "detect_leaks=0:verify_asan_link_order=0";
}

const char *__ubsan_default_options(void)
{
	return "print_stacktrace=1";
}
