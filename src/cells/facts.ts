/** What the panel can tell of a cell. */
export interface CellFacts {
  /** Its prompt: `[3]`; empty when it did not run. */
  readonly name: string;
  /** It is folded to one line. */
  readonly isFolded: boolean;
}
