import type { Parser } from "../../server/src/syntax/parser.js";
import { askAboutText } from "./analyse.js";
import { chanceOf } from "./chance.js";
import { playEdits } from "./edits.js";
import { hostilePrograms, hostileTexts } from "./hostile-texts.js";
import { playHuge } from "./huge.js";
import { playMalformed, playMessages } from "./messages.js";
import { grammarText, realFiles, wildText } from "./texts.js";

/** One kind of attack. */
export interface Campaign {
  readonly name: string;
  /** What it counts. */
  readonly unit: string;
  /** Plays one round, the same for the same seed, and says how many there were; throws where something went wrong. */
  play(seed: number, parser: Parser): number | Promise<number>;
}

const hostile = [...hostileTexts];

/** A text of the list, of any size up to the largest for it. */
function hostileRound(seed: number, parser: Parser): number {
  const chance = chanceOf(seed);
  const [name, text] = chance.of(hostile);
  // Of long lines, the longest have a megabyte.
  const size = /^(deep|long: (string|name|comment|white space)$)/.test(name) ? chance.of([300, 1000, 10_000]) : chance.of([300, 1000]);
  askAboutText(parser, chance.of(hostilePrograms(text(size))));
  return 1;
}

/** Every prefix that a line or word ends, sampled, of one real file. */
function prefixRound(seed: number, parser: Parser): number {
  const chance = chanceOf(seed);
  const [, text] = chance.of([...realFiles]);
  for (let i = 0; i < 5; i++) askAboutText(parser, text.slice(0, chance.below(text.length)));
  return 5;
}

const bySize = [...realFiles].sort(([, a], [, b]) => a.length - b.length);

/** Every prefix of one real file, the shortest file first. */
function everyPrefix(seed: number, parser: Parser): number {
  const [, text = ""] = bySize[(seed - 1) % bySize.length] ?? [];
  for (let end = 0; end <= text.length; end++) askAboutText(parser, text.slice(0, end));
  return text.length + 1;
}

export const campaigns: readonly Campaign[] = [
  { name: "hostile texts", unit: "texts", play: hostileRound },
  {
    name: "characters and words",
    unit: "texts",
    play: (seed, parser) => {
      const chance = chanceOf(seed);
      askAboutText(parser, wildText(chance, chance.of([30, 300, 3000])));
      return 1;
    },
  },
  {
    name: "programs by a grammar",
    unit: "texts",
    play: (seed, parser) => {
      const chance = chanceOf(seed);
      askAboutText(parser, grammarText(chance, chance.of([2, 6, 20])));
      return 1;
    },
  },
  { name: "prefixes of real files", unit: "texts", play: prefixRound },
  { name: "every prefix of a real file", unit: "texts", play: everyPrefix },
  { name: "files of 100 MB", unit: "files", play: playHuge },
  { name: "edits, taken back", unit: "edits", play: (seed, parser) => playEdits(parser, chanceOf(seed), 12) },
  { name: "messages in any order", unit: "messages", play: (seed) => playMessages(chanceOf(seed), 150) },
  { name: "messages that are none", unit: "messages", play: (seed) => playMalformed(chanceOf(seed), 30) },
];
