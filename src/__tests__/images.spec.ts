import { LocalSanitizer, withoutDiagrams, withoutRemoteImages } from '../images';

const LOADS = /<(img|image|video|audio|source|link|iframe|object|embed|input)\b|url\(|srcset|poster/i;

describe('withoutRemoteImages', () => {
  const remote: [string, string][] = [
    ['an image', '<img src="https://x.test/a.png" alt="a cat">'],
    ['a protocol-relative one', '<img src="//x.test/a.png">'],
    ['a relative one', '<img src="a.png">'],
    ['capitals and blanks', '<IMG SRC="  HTTPS://x.test/a.png">'],
    ['a source set', '<img src="data:image/png;base64,AA" srcset="https://x.test/a.png 2x">'],
    ['a style', '<p style="background: url(https://x.test/a.png)">x</p>'],
    ['an escaped style', '<p style="background: u\\72l(https://x.test/a.png)">x</p>'],
    ['a picture', '<picture><source srcset="https://x.test/a.png"><img src="https://x.test/b.png"></picture>'],
    ['a video', '<video src="https://x.test/a.mp4" poster="https://x.test/a.png"></video>'],
    ['in a vector image', '<svg><image href="https://x.test/a.png"/></svg>'],
    ['an old attribute', '<table background="https://x.test/a.png"><tr><td>x</td></tr></table>'],
    ['a frame', '<iframe src="https://x.test/"></iframe>'],
    ['an image button', '<input type="image" src="https://x.test/a.png">']
  ];
  test.each(remote)('nothing is loaded by %s', (_, html) => {
    const safe = withoutRemoteImages(html);
    const page = new DOMParser().parseFromString(safe, 'text/html');
    const kept = page.querySelector('img')?.getAttribute('src');
    expect(safe.replace(/<img src="data:[^>]*>/, '')).not.toMatch(LOADS);
    expect(kept ?? 'data:').toMatch(/^data:/);
  });

  test('a remote image becomes a link with its words', () => {
    expect(withoutRemoteImages('<img src="https://x.test/a.png" alt="a cat">')).toBe(
      '<a href="https://x.test/a.png" rel="noopener noreferrer" target="_blank">a cat</a>'
    );
  });

  test('a script address becomes no link', () => {
    expect(withoutRemoteImages('<img src="javascript:alert(1)" alt="a cat">')).toBe('a cat');
  });

  test('images in the answer itself, attachments and all else stay', () => {
    const html =
      '<p>x <img src="data:image/png;base64,AA"></p><img src="attachment:a.png"><table><tbody><tr><td>1</td></tr></tbody></table>';
    expect(withoutRemoteImages(html)).toBe(html);
  });
});

test('a button runs no command', () => {
  const button =
    '<button data-commandlinker-command="terminal:create-new" data-commandlinker-args="{}" type="button">x</button>';
  expect(withoutRemoteImages(button)).toBe('<button type="button">x</button>');
});

test.each([
  '```mermaid\ngraph',
  '~~~~  mermaid \ngraph',
  '> ```mermaid\r\n> graph',
  '- ```\u00a0mermaid\u2028\n  graph',
  '```mermaid\rx',
  '```mermaid'
])('a diagram is not drawn: %j', markdown => {
  const fence = /(?:`{3,}|~{3,})([^\n\r]*)/.exec(withoutDiagrams(markdown));
  expect(fence?.[1].trim()).toBe('mermaid text');
});

test('other code, and words about diagrams, stay', () => {
  const markdown = 'Use mermaid.\n```python\nmermaid = 1\n```\n```mermaid-x\n```';
  expect(withoutDiagrams(markdown)).toBe(markdown);
});

test('the application sanitizes first', () => {
  const sanitizer = new LocalSanitizer({ sanitize: dirty => dirty.replace('bad', '') });
  expect(sanitizer.sanitize('bad<img src="http://x.test/a" alt="b">c')).toContain('>b</a>c');
});
