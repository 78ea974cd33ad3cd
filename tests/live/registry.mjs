// A registry of npm packages on 127.0.0.1, for machines that reach no other: what lies in the folder
// of its argument as NAME-VERSION.tgz, by npm pack. Prints its port when it listens, and ends with
// its standard input.
import crypto from "node:crypto";
import fs from "node:fs";
import http from "node:http";
import { execFileSync } from "node:child_process";

const folder = process.argv[2];
const files = fs.readdirSync(folder).filter(f => f.endsWith(".tgz"));
const packages = new Map(files.map(file => {
	const meta = JSON.parse(execFileSync("tar", ["-xzOf", `${folder}/${file}`, "package/package.json"]));
	return [meta.name, { file, meta, bytes: fs.readFileSync(`${folder}/${file}`) }];
}));

const server = http.createServer((ask, answer) => {
	const [, name, , file] = ask.url.split("?")[0].split("/");
	const found = packages.get(name);
	if (!found) {
		answer.writeHead(404).end("{}");
	} else if (file) {
		answer.end(found.bytes);
	} else {
		const { version } = found.meta;
		const dist = {
			tarball: `http://${ask.headers.host}/${name}/-/${found.file}`,
			integrity: "sha512-" + crypto.createHash("sha512").update(found.bytes).digest("base64"),
			shasum: crypto.createHash("sha1").update(found.bytes).digest("hex"),
		};
		answer.setHeader("content-type", "application/json");
		answer.end(JSON.stringify({
			name,
			"dist-tags": { latest: version },
			versions: { [version]: { ...found.meta, dist } },
		}));
	}
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.resume().on("end", () => process.exit());
