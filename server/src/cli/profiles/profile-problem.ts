/** Why a file is no profile that can be used: a few words that go on from its name. */
export interface ProfileProblem {
  readonly problem: string;
}
