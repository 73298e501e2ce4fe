import { Source } from "../../server/src/base/source.js";
import { builtInKnowledge, type Knowledge } from "../../server/src/knowledge/knowledge.js";
import { extract } from "../../server/src/program/extract/extract.js";
import type { Facts } from "../../server/src/program/facts.js";
import { link, type Program } from "../../server/src/program/link/link.js";
import { linkedFile } from "../../server/src/program/link/linked-file.js";
import type { Parser } from "../../server/src/syntax/parser.js";

export function factsOf(parser: Parser, text: string): Facts {
  return extract(parser.parse(text), new Source(text, undefined));
}

/** The program that files make, by path. */
export function programOf(parser: Parser, files: Readonly<Record<string, string>>, knowledge: Knowledge = builtInKnowledge()): Program {
  return link(
    Object.entries(files).map(([path, text]) => linkedFile(path, factsOf(parser, text))),
    knowledge,
  );
}
