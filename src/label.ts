/**
 * A model's reply as a person reads it: prose, and one line that names its action. Pure.
 */

const ACTION = /<(execute|wait|interrupt)\b/i;
const LABELLED = /^\s*\**(Thought|Action|Answer)\**:|\bEnd Action\b/;
const LABELLED_ACTION = /\**\bAction\**:\**/;
const LEADING_LABEL = /^\**(Thought|Answer)\**:\**\s*/;
const FENCE = /(^|\n)[ \t]*(```|~~~)/;
const THOUGHT = /<thought>[\s\S]*?(<\/thought>|$)/gi;
const SOLUTION = /<\/?solution>/gi;
const HALF_TAG = /<\/?[a-z]*$/i;
const SENTENCE_END = /[.!?](?=\s|$)|:(?=\s*(?:\n|$))/g;
const ABBREVIATION = /(?:^|[\s(])(?:e\.g|i\.e|etc|vs|cf|approx|[Nn]o|[Ff]ig|[A-Z])\.$/;
const ERROR_LINE = /^(?:[A-Za-z_][\w.]*)?(?:Error|Exception|Interrupt|Exit|Warning|Iteration)\b(?::.*)?$/;
const KERNEL_ENDED = '[kernel died]';
const LABEL_LENGTH = 160;

/** Prose, and the code that follows it; `code` is null while there is none. */
export interface Reply {
  readonly prose: string;
  readonly code: string | null;
}

/** Splits a reply, whole or still streaming, at its action or its first fence. */
export function splitReply(text: string): Reply {
  const spoken = text.replace(THOUGHT, '').replace(SOLUTION, '');
  const tag = spoken.search(ACTION);
  const fence = spoken.search(FENCE);
  const label = LABELLED.test(spoken) ? spoken.search(LABELLED_ACTION) : -1;
  const cuts = [tag, fence, label].filter(at => at >= 0);
  if (cuts.length === 0) {
    return { prose: withoutLabel(spoken.replace(HALF_TAG, '')), code: null };
  }
  const at = Math.min(...cuts);
  return { prose: withoutLabel(spoken.slice(0, at)), code: innerCode(spoken.slice(at).trimStart()) };
}

function withoutLabel(prose: string): string {
  return prose.trim().replace(LEADING_LABEL, '');
}

function innerCode(block: string): string {
  return block
    .replace(/^\**Action\**:\**([\s\S]*?)(\**\bEnd Action\b[\s\S]*)?$/, '$1')
    .replace(/^<[^>]*>?/, '')
    .replace(/<\/execute>[\s\S]*$/i, '')
    .replace(/^\s*(```|~~~)[^\n]*(\n|$)/, '')
    .replace(/(```|~~~)[\s\S]*$/, '')
    .trim();
}

/** Names a step: the first sentence of its prose, else its first comment, else its first line of code. */
export function labelOf(prose: string, code: string): string {
  const sentence = plain(firstSentence(prose));
  return cut(sentence || firstComment(code) || firstLine(code));
}

/** What the prose says after the sentence that became the label. */
export function restOf(prose: string): string {
  return prose.slice(firstSentence(prose).length).trim();
}

function firstSentence(prose: string): string {
  const paragraph = prose.split(/\n\s*\n/, 1)[0];
  for (const end of paragraph.matchAll(SENTENCE_END)) {
    const sentence = paragraph.slice(0, end.index + 1);
    if (!ABBREVIATION.test(sentence)) {
      return sentence;
    }
  }
  return paragraph;
}

function plain(markdown: string): string {
  return markdown
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^\s*(#{1,6}|[-*>]|\d+\.)\s+/, '')
    .replace(/\*\*|__|`/g, '')
    .replace(/(^|\s)[*_](\S[^*_]*)[*_](?=\s|[.,:;!?]|$)/g, '$1$2')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[.:]$/, '');
}

function firstComment(code: string): string {
  const line = code.split('\n').find(candidate => /^\s*#(?!!)\s*\S/.test(candidate));
  return line === undefined ? '' : line.replace(/^\s*#+\s*/, '').trim();
}

function firstLine(code: string): string {
  const line = code.split('\n').find(candidate => candidate.trim() !== '');
  return line === undefined ? '' : line.trim();
}

function cut(text: string): string {
  return text.length <= LABEL_LENGTH ? text : `${text.slice(0, LABEL_LENGTH - 1)}…`;
}

/** The line of an observation that names its error, or its first line; the kernel's end before any error of the code. */
export function errorLine(observation: string): string {
  const lines = observation.split('\n').map(line => line.trim());
  const end = lines.find(line => line.startsWith(KERNEL_ENDED));
  if (end !== undefined) {
    return cut(end.slice(KERNEL_ENDED.length).trim());
  }
  const errors = lines.filter(line => ERROR_LINE.test(line));
  return cut(errors.at(-1) ?? lines.find(line => line !== '') ?? '');
}
