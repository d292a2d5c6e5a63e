import { Attachments } from '../attachments';
import { errorOf, firstLineOf, markOf } from '../cells/mark';
import { missingModule } from '../missing';

const MARK = { run: 'r', step: null, fold: null, scratch: false, replaces: '' };

describe('what a cell says of itself', () => {
  test.each([
    ['nothing', undefined, null],
    ['junk', 'agent', null],
    ['no run', { step: 1 }, null],
    ['an action', { run: 'r', step: 2, attempt: 1, model: 'm' }, { ...MARK, step: 2 }],
    ['a failed one', { run: 'r', step: 1, fold: 'KeyError' }, { ...MARK, step: 1, fold: 'KeyError' }],
    ['a proposal', { run: 'r', step: 1, replaces: 'c' }, { ...MARK, step: 1, replaces: 'c' }],
    ['a look around', { run: 'r', scratch: true }, { ...MARK, scratch: true }],
    ['other types', { run: 'r', step: 'x', fold: 3, scratch: 'yes', replaces: 4 }, MARK],
    ['a run that is none', { run: 1 }, null],
    ['what cannot be written as text', { run: { toString: 1 } }, null],
    ['a step that is none', { run: 'r', step: { valueOf: 1, toString: 1 } }, MARK],
    ['a fold without end', { run: 'r', fold: 'x'.repeat(1e6) }, { ...MARK, fold: 'x'.repeat(300) }]
  ])('%s', (_, metadata, mark) => {
    expect(markOf(metadata)).toEqual(mark);
  });
});

test('an error of many lines is told in one', () => {
  const error = { output_type: 'error', ename: 'ValueError', evalue: 'bad\nvery bad', traceback: [] };
  expect(errorOf(error)).toEqual({ line: 'ValueError: bad', missing: null });
  expect(errorOf({ ...error, evalue: '' })).toEqual({ line: 'ValueError', missing: null });
  expect(errorOf({ ...error, evalue: 'x'.repeat(1_000_000) })?.line).toHaveLength(300);
  expect(errorOf({ ...error, ename: { toString: 1 }, evalue: null })).toEqual({ line: '', missing: null });
  expect(errorOf({ output_type: 'stream', name: 'stderr', text: 'ValueError: no' })).toBeNull();
});

test.each([
  ["ModuleNotFoundError: No module named 'sklearn'", 'sklearn'],
  ["ModuleNotFoundError: No module named 'google.cloud'", 'google.cloud'],
  ["ModuleNotFoundError: No module named 'x; rm -rf'", null],
  ["ImportError: cannot import name 'y' from 'x'", null],
  ['', null]
])('the module that is missing in %j', (error, module) => {
  expect(missingModule(error)).toBe(module);
});

test.each([
  ['import os\n# The folder\nos.listdir()', 'The folder'],
  ['\n\ndf.head()\n', 'df.head()'],
  ['#!/bin/sh\nls', '#!/bin/sh'],
  ['', '']
])('what %j is about', (source, line) => {
  expect(firstLineOf(source)).toBe(line);
});

test('a cell is attached once, the newest last, and taken along once', () => {
  const attachments = new Attachments();
  const chip = (cellId: string, label = cellId): { cellId: string; label: string; title: string } => ({
    cellId,
    label,
    title: ''
  });
  attachments.add([chip('a'), chip('b')]);
  attachments.add([chip('c'), chip('a', 'again')]);
  expect(attachments.all.map(({ label }) => label)).toEqual(['b', 'c', 'again']);
  attachments.remove('c');
  expect([attachments.take('why?'), attachments.take('and?')]).toEqual([['b', 'a'], []]);
});

test('the cells of a request that was not taken are attached again, as its words are in the composer', () => {
  const attachments = new Attachments();
  attachments.add([{ cellId: 'a', label: 'a', title: '' }]);
  attachments.take('why?');
  attachments.giveBack(['in grams']);
  expect(attachments.all).toEqual([]);
  attachments.giveBack(['in grams', 'why?']);
  expect(attachments.take('why?')).toEqual(['a']);
});
