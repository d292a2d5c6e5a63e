/**
 * The module that an error says is not installed. Pure.
 */

const MISSING = /ModuleNotFoundError: No module named '([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)'/;

/** As it was imported, `sklearn.linear_model`; null: the error is another one. */
export function missingModule(error: string): string | null {
  return MISSING.exec(error)?.[1] ?? null;
}
