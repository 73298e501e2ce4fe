/** Set by the build: the same for all builds that make the same facts of a text. */
declare const factsVersion: string;
