/** Set by the build: the same for all builds that make the same facts of a text. */
declare const factsVersion: string;

/** Set by the build: the same for all builds that find the same in a program. */
declare const programVersion: string;
