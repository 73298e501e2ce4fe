/** The cells of a notebook as the text of one module: one below the other, with what is not Python taken out in its place. */
export function moduleTextOf(cells: readonly string[]): string {
  return cells.map((cell) => pythonOf(cell.replaceAll("\r\n", "\n").replaceAll("\r", "\n"))).join("\n");
}

/** Magics of IPython whose cells are Python all the same. */
const pythonCells: ReadonlySet<string> = new Set(["time", "timeit", "prun", "capture", "memit", "mprun", "lprun", "debug"]);

/** The cell with magics and shell commands as comments; lines and characters stay where they are. */
function pythonOf(cell: string): string {
  const magic = /^\s*%%(\w+)/.exec(cell);
  if (magic && !pythonCells.has(magic[1] as string)) return cell.replace(/[^\n]/g, " ");
  return cell
    .split("\n")
    .map((line) =>
      line
        // A line of a magic, of the shell, or a question.
        .replace(/^(\s*)[%!?](?=\S)/, "$1#")
        .replace(/^(\s*[\w.]+)\?{1,2}\s*$/, (all, name: string) => name.padEnd(all.length))
        // What a magic or the shell returns.
        .replace(/^(\s*[\w., ]+=\s*)[%!](\S)/, (_all, head: string) => `${head}0#`),
    )
    .join("\n");
}
