import { test } from "node:test";
import { pythonParser } from "../syntax/python-parser.js";
import { askAboutText } from "./analyse.js";
import { campaigns } from "./campaigns.js";
import { hostilePrograms, hostileTexts } from "./hostile-texts.js";

/*
 * The attacks of `npm run fuzz`, few of each and always the same. No text, no edit and no message crashes, hangs (past two seconds of work a
 * request) or is answered differently when it came by way of edits.
 */

const parser = await pythonParser();

const rounds: Readonly<Record<string, number>> = {
  "hostile texts": 0,
  "characters and words": 25,
  "programs by a grammar": 20,
  "prefixes of real files": 12,
  "every prefix of a real file": 1,
  "files of 100 MB": 1,
  "edits, taken back": 4,
  "messages in any order": 2,
  "messages that are none": 2,
};

for (const { name, play } of campaigns) {
  test(name, async () => {
    for (let seed = 1; seed <= (rounds[name] as number); seed++) await play(seed, parser);
  });
}

test("nesting ten thousand deep, and more of everything than anybody writes", async (context) => {
  let index = 0;
  for (const [name, text] of hostileTexts) {
    const program = hostilePrograms(text(name.startsWith("deep") ? 10_000 : 300))[index++ % 2] as string;
    await context.test(name, () => void askAboutText(parser, program));
  }
});
