import type { LinkedFile } from "./entity.js";
import type { Program } from "./link.js";

/**
 * What follows from the whole program. Where an edit leaves it as it was, what rests on it is not found anew, whoever asks first: `find` holds on to nothing
 * of the program that it was first asked about.
 */
export function overviewOf<Result>(program: Program, key: string, find: (program: Program) => Result): Result {
  return program.resolver.overview(
    key,
    () => find(program),
    (now) => overviewOf(now, key, find),
  );
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
  const { path } = file;
  return program.resolver.overview(
    `${key} in ${path}`,
    () => find(file, program),
    (now) => {
      const present = now.file(path);
      return present && overviewOfFile(now, present, key, find);
    },
  );
}
