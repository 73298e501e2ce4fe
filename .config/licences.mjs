// The licences of the packages whose code is in the bundles, as a text to be shipped with them.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The packages that these bundles hold parts of, by the names of their folders below `root`. */
function packagesIn(metafiles) {
  const folders = new Set();
  for (const { inputs } of metafiles) {
    for (const input of Object.keys(inputs)) {
      // The innermost package: one can bring another of its own.
      const folder = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
      if (folder) folders.add(folder);
    }
  }
  return folders;
}

/** One text with each package's name, version, licence and the licence's words, sorted; fails where a package has none. */
export function licencesOf(metafiles, copied, root) {
  const byName = new Map();
  for (const folder of [...packagesIn(metafiles), ...copied.map((name) => `node_modules/${name}`)]) {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
    const file = readdirSync(join(root, folder)).find((each) => /^licen[cs]e/i.test(each));
    if (typeof license !== "string" || !file) throw new Error(`${folder} does not come with its licence`);
    byName.set(`${name} ${version}`, { license, words: readFileSync(join(root, folder, file), "utf8").trim() });
  }
  const texts = [...byName].sort(([a], [b]) => (a < b ? -1 : 1));
  const rule = "=".repeat(100);
  return [
    "Gilscope contains code of these packages, under their licences.\n",
    ...texts.map(([name, { license }]) => `${name} (${license})`),
    ...texts.map(([name, { license, words }]) => `\n${rule}\n${name} (${license})\n\n${words}`),
    "",
  ].join("\n");
}
