/**
 * The line, counted from 1, on which a key of a TOML text is set, or else that of the nearest table around it; 1 where there is none. The parser tells no
 * places. Keys inside inline tables and strings of several lines are not looked into.
 */
export function lineOfKey(text: string, path: readonly string[]): number {
  let table: readonly string[] = [];
  let best = { line: 1, depth: 0 };
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const header = /^\s*\[\[?([^\]]*)\]/.exec(line);
    const assignment = /^\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=/.exec(line);
    let named: readonly string[];
    if (header) {
      table = partsOf(header[1] as string);
      named = table;
    } else if (assignment) named = [...table, ...partsOf(assignment[1] as string)];
    else continue;
    const depth = named.length <= path.length && named.every((part, at) => part === path[at]) ? named.length : 0;
    if (depth > best.depth) best = { line: index + 1, depth };
  }
  return best.line;
}

function partsOf(dotted: string): readonly string[] {
  return (dotted.match(/[\w-]+|"[^"]*"|'[^']*'/g) ?? []).map((part) => part.replace(/^["']|["']$/g, ""));
}
