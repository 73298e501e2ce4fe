import type { LinkedFile } from "../entity.js";
import type { Program } from "../link.js";
import type { Again } from "./questions.js";

/**
 * Asks for the same in a later program. It holds on to what it is given, and to nothing else: a function that is made where a program is at hand keeps that
 * alive if any other that is made there needs it.
 */
export function againWith<Given extends readonly unknown[]>(ask: (program: Program, ...given: Given) => unknown, ...given: Given): Again {
  return (program) => ask(program, ...given);
}

/**
 * What follows from the whole program. Where an edit leaves it as it was, what rests on it is not found anew, whoever asks first: `find` holds on to nothing
 * of the program that it was first asked about.
 */
export function overviewOf<Result>(program: Program, key: string, find: (program: Program) => Result): Result {
  return program.resolver.overview(key, () => find(program), againWith(overviewOf, key, find));
}

/** The same for what follows from each file in turn, with all that it takes from the program besides, in their order. */
export function overviewOfFiles<Result>(
  program: Program,
  key: string,
  find: (file: LinkedFile, program: Program) => readonly Result[],
): readonly Result[] {
  return overviewOf(program, key, (now) => now.files.flatMap((file) => overviewOfFile(now, file, key, find)));
}

function overviewOfFile<Result>(
  program: Program,
  file: LinkedFile,
  key: string,
  find: (file: LinkedFile, program: Program) => readonly Result[],
): readonly Result[] {
  return program.resolver.overview(`${key} in ${file.path}`, () => find(file, program), againWith(overviewAt, file.path, key, find));
}

/** What `overviewOfFiles` comes to for the file at a path. */
export function overviewAt<Result>(
  program: Program,
  path: string,
  key: string,
  find: (file: LinkedFile, program: Program) => readonly Result[],
): readonly Result[] {
  const file = program.file(path);
  return file ? overviewOfFile(program, file, key, find) : [];
}
