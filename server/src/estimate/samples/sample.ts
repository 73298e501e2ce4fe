/**
 * A piece of the data that a program makes of constants: enough to count lines, fields and words in it, and to tell how long they are. Numbers stand
 * for others of their size.
 */
export type Sample = NumberSample | TextSample | SequenceSample | MappingSample | MarkupSample;

export interface NumberSample {
  readonly kind: "number";
  readonly type: "int" | "float";
  readonly value: number;
}

/** Text or bytes, as parts that stand there so many times each. */
export interface TextSample {
  readonly kind: "text";
  readonly isBytes: boolean;
  readonly parts: readonly TextPart[];
  /** What was turned into the text: `json.dumps(rows)`. */
  readonly of?: Sample;
}

export interface TextPart {
  readonly text: string;
  readonly times: number;
}

/** A list, a tuple, or what hands out its elements one by one: some of them, spread over the whole. */
export interface SequenceSample {
  readonly kind: "sequence";
  readonly items: readonly Sample[];
  readonly count: number;
}

export interface MappingSample {
  readonly kind: "mapping";
  readonly entries: readonly (readonly [key: Sample, value: Sample])[];
  readonly count: number;
}

/** Parsed XML or the settings of a file: a tree of which only the text is looked at. */
export interface MarkupSample {
  readonly kind: "markup";
  readonly text: TextSample;
}

/** So many elements are looked at where there are more. */
export const mostItems = 12;
const mostCharacters = 4_000;

export function int(value: number): NumberSample {
  return { kind: "number", type: "int", value: Math.trunc(value) };
}

export function float(value: number): NumberSample {
  return { kind: "number", type: "float", value };
}

export function textSample(text: string, isBytes = false): TextSample {
  return { kind: "text", isBytes, parts: text === "" ? [] : [{ text, times: 1 }] };
}

/** Stands where nobody knows which character does. */
const anyCharacter = "\u0001";

/** Text of so many characters of which nothing else is known. */
export function opaque(length: number, isBytes: boolean): TextSample {
  return length < 1 ? textSample("", isBytes) : { kind: "text", isBytes, parts: [{ text: anyCharacter, times: length }] };
}

export function sequence(items: readonly Sample[], count = items.length): SequenceSample {
  return items.length <= mostItems
    ? { kind: "sequence", items, count }
    : { kind: "sequence", items: places(items.length).map((place) => items[place] as Sample), count };
}

/** How far apart the places are, in parts of all of it. */
const spreads = Array.from({ length: mostItems }, (_, index) => index + ((index * 0.618) % 1));

/** Places spread over `count` elements, all if they are few; no fixed distance apart, so that what repeats itself is not met at the same place. */
export function places(count: number): readonly number[] {
  const found: number[] = [];
  if (count <= mostItems) for (let index = 0; index < Math.floor(count); index++) found.push(index);
  else for (const spread of spreads) found.push(Math.floor((count * spread) / mostItems));
  return found;
}

export function lengthOfSample(sample: Sample): number | undefined {
  switch (sample.kind) {
    case "text":
      return sample.parts.reduce((sum, { text, times }) => sum + text.length * times, 0);
    case "sequence":
    case "mapping":
      return sample.count;
    default:
      return undefined;
  }
}

/** The text itself, if all of it is there. */
export function wholeText({ parts }: TextSample): string | undefined {
  return parts.every(({ times }) => times === 1) ? parts.map(({ text }) => text).join("") : undefined;
}

/** The same of a text of which every character is known. */
export function toldText(sample: TextSample): string | undefined {
  const whole = wholeText(sample);
  return whole?.includes(anyCharacter) ? undefined : whole;
}

/** How often something stands in the text. */
export function occurrences({ parts }: TextSample, countIn: (text: string) => number): number {
  return parts.reduce((sum, { text, times }) => sum + countIn(text) * times, 0);
}

export function countOf(part: string): (text: string) => number {
  return (text) => (part === "" ? 0 : text.split(part).length - 1);
}

/** Texts one after the other. */
export function concatenated(samples: readonly TextSample[]): TextSample {
  const parts: TextPart[] = [];
  for (const part of samples.flatMap((each) => each.parts)) {
    const last = parts[parts.length - 1];
    if (last && last.times === part.times && last.text.length + part.text.length <= mostCharacters)
      parts[parts.length - 1] = { text: last.text + part.text, times: part.times };
    else parts.push(part);
  }
  return { kind: "text", isBytes: samples.some((each) => each.isBytes), parts: parts.length <= 40 ? parts : thinned(parts) };
}

/** Every so many parts, each for its neighbours as well. */
function thinned(parts: readonly TextPart[]): readonly TextPart[] {
  const every = Math.ceil(parts.length / 40);
  return parts.filter((_, index) => index % every === 0).map(({ text, times }) => ({ text, times: times * every }));
}

export function repeatedText(sample: TextSample, count: number): TextSample {
  if (count < 1) return textSample("", sample.isBytes);
  const whole = wholeText(sample);
  if (whole !== undefined && whole.length * count <= mostCharacters) return textSample(whole.repeat(Math.round(count)), sample.isBytes);
  return { kind: "text", isBytes: sample.isBytes, parts: sample.parts.map(({ text, times }) => ({ text, times: times * count })) };
}

/** `separator.join(parts)`; of many, a separator stands behind the last as well. */
export function joined(separator: TextSample, parts: SequenceSample): TextSample | undefined {
  const texts = parts.items.filter((item): item is TextSample => item.kind === "text");
  if (texts.length < parts.items.length || texts.length === 0) return parts.count === 0 ? textSample("", separator.isBytes) : undefined;
  const isWhole = texts.length === parts.count;
  const all = concatenated(texts.flatMap((text, index) => (isWhole && index === texts.length - 1 ? [text] : [text, separator])));
  const scale = parts.count / texts.length;
  return scale === 1 ? all : { ...all, parts: all.parts.map(({ text, times }) => ({ text, times: times * scale })) };
}

/** The pieces between what `split` takes out of the text. */
export function splitText(
  sample: TextSample,
  split: (text: string) => readonly string[],
  limit = Number.POSITIVE_INFINITY,
): SequenceSample {
  let count = 0;
  const pieces: string[] = [];
  const { parts } = sample;
  parts.forEach(({ text, times }, index) => {
    const found = [...split(text)];
    // A part that stands there many times ends with a separator; and where it does not, its last piece goes on in the next.
    const isLast = index === parts.length - 1;
    if (found.length > 1 && (times > 1 || !isLast) && found[found.length - 1] === "") found.pop();
    count += found.length * times;
    pieces.push(...found);
  });
  const all = Math.max(1, Math.min(limit + 1, Math.round(count)));
  return sequence(
    pieces.slice(0, limit + 1).map((piece) => textSample(piece, sample.isBytes)),
    all,
  );
}

/** The parts that `change` makes of each of the text's. */
export function changedText(sample: TextSample, change: (text: string) => string): TextSample {
  return { ...sample, parts: sample.parts.map(({ text, times }) => ({ text: change(text), times })) };
}

/** Some elements of what a loop can go over. */
export function elementsOf(sample: Sample): SequenceSample | undefined {
  switch (sample.kind) {
    case "sequence":
      return sample;
    case "mapping":
      return { kind: "sequence", items: sample.entries.map(([key]) => key), count: sample.count };
    case "text": {
      const characters = [
        ...sample.parts
          .map(({ text }) => text)
          .join("")
          .slice(0, mostItems),
      ];
      const items = characters.map((each) => (sample.isBytes ? int(each.charCodeAt(0)) : textSample(each)));
      return { kind: "sequence", items, count: lengthOfSample(sample) ?? 0 };
    }
    default:
      return undefined;
  }
}

/** How many different elements there are, judging by those that are there. */
export function distinct(items: readonly Sample[], count: number): { readonly items: readonly Sample[]; readonly count: number } {
  const seen = new Map<string, Sample>();
  for (const item of items) seen.set(JSON.stringify(item), item);
  const different = [...seen.values()];
  if (items.length >= count || different.length < items.length / 2) return { items: different, count: Math.min(count, different.length) };
  // Of so many drawn, hardly any twice: from a set of at least the square of their number.
  return { items: different, count: different.length === items.length ? count : Math.min(count, (items.length * items.length) / 2) };
}
