import { errorLine, labelOf, restOf, splitReply } from '../label';

describe('splitReply', () => {
  const cases: [string, string, string, string | null][] = [
    ['prose alone', 'Just words.', 'Just words.', null],
    ['an action', 'I look.\n<execute>\ndf.head()\n</execute>', 'I look.', 'df.head()'],
    ['an action that still streams', 'I look.\n<execute>\ndf.he', 'I look.', 'df.he'],
    ['half a tag', 'I look.\n<exec', 'I look.', null],
    ['upper case', 'Now.<EXECUTE>x</EXECUTE>', 'Now.', 'x'],
    ['a fence', 'Now:\n```python\nx = 1\n```\nDone', 'Now:', 'x = 1'],
    ['a fence inside the tag', '<execute>\n```python\nx = 1\n```\n</execute>', '', 'x = 1'],
    ['a thought before it', '<thought>hm</thought>Now.\n<execute>x</execute>', 'Now.', 'x'],
    ['a wait', 'It goes on.\n<wait seconds="60"/>', 'It goes on.', ''],
    ['a solution', '<solution>42</solution>', '42', null],
    [
      'a labelled call',
      'Thought: I look.\nAction: {"tool": "f", "args": []} End Action',
      'I look.',
      '{"tool": "f", "args": []}'
    ],
    ['one that still streams', 'Thought: I look.\nAction: f, 1', 'I look.', 'f, 1'],
    ['one in a fence', 'Action:\n```json\n[]\n```\nEnd Action and more', '', '[]'],
    ['bold labels', 'I look.\n**Action:** f, 1\n**End Action**', 'I look.', 'f, 1'],
    ['code that has the words', '<execute>f("Action: x End Action")</execute>', '', 'f("Action: x End Action")'],
    ['a labelled answer', 'Answer: 42', '42', null],
    ['a word that is no label', 'Next. Action: none.\n<execute>x</execute>', 'Next. Action: none.', 'x']
  ];
  test.each(cases)('%s', (_, text, prose, code) => {
    expect(splitReply(text)).toEqual({ prose, code });
  });
});

describe('labelOf', () => {
  const cases: [string, string, string, string][] = [
    ['first sentence', 'I look at the columns first. Then I count.', 'x', 'I look at the columns first'],
    ['a number is no end', 'The mean is 3.5 g. Next.', 'x', 'The mean is 3.5 g'],
    ['nor an abbreviation', 'Some columns, e.g. mass, are text. Next.', 'x', 'Some columns, e.g. mass, are text'],
    ['a colon in its middle is no end', 'I look first: its size. Next:\nx', 'x', 'I look first: its size'],
    ['marks are removed', '**Group** by `species`:', 'x', 'Group by species'],
    ['names keep their underscores', 'Mean of body_mass_g by island_name', 'x', 'Mean of body_mass_g by island_name'],
    ['first comment', '', 'import os\n# Read penguins.csv\nx', 'Read penguins.csv'],
    ['first line', '', '\n\ndf.describe()\ny', 'df.describe()'],
    ['nothing', '', '', '']
  ];
  test.each(cases)('%s', (_, prose, code, label) => {
    expect(labelOf(prose, code)).toBe(label);
  });

  test('a long one is cut', () => {
    expect(labelOf('x'.repeat(500), '')).toHaveLength(160);
  });

  test('label and rest are the whole prose', () => {
    expect(restOf('I look first. Then I count. Then I plot.')).toBe('Then I count. Then I plot.');
    expect(restOf('I look first.')).toBe('');
  });
});

test('the error of an observation in one line', () => {
  const traceback =
    "Traceback (most recent call last)\nCell In[3], line 1\n----> 1 df['x']\nKeyError: 'x'\n\n[29 steps left]";
  expect(errorLine(traceback)).toBe("KeyError: 'x'");
  expect(errorLine('pandas.errors.ParserError: bad line\nmore')).toBe('pandas.errors.ParserError: bad line');
  expect(errorLine('[error]\nKeyboardInterrupt\n[kernel died] It died. All variables are lost.')).toBe(
    'It died. All variables are lost.'
  );
  expect(errorLine('No action was found.\n[3 left]')).toBe('No action was found.');
});
