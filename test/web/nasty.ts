import fc from 'fast-check'

/** Comes back as an element or an attribute wherever it is not escaped. */
export const MARK = `<x-mark a="'&>`

/** Words that somebody might send who wants to know what happens. */
export const nasty = fc.oneof(
  ...[
    MARK,
    `"><script>${MARK}</script>`,
    `javascript:${MARK}`,
    `]]>${MARK}`,
    `'; drop table people; --`,
    '__proto__',
    'constructor',
    'toString',
    '\0',
    `a\0${MARK}`,
    '\u0001\u001b[31m\u007f',
    '\r\nSet-Cookie: kindred=1',
    '\u202egnp.exe',
    '\ufeff\uffff',
    '👩‍👩‍👧‍👦'.repeat(40),
    '%',
    '%00',
    '%ff%fe',
    '..%2f..%2fetc',
    '//evil.example/',
    'é'.repeat(43),
    'x'.repeat(9_000),
    '1e999',
    '-1',
    '=1+1',
    'parents-united',
    'join.pledge?c=parents-united',
    'join.constructor?c=__proto__',
    '__proto__.x?y=z',
    '{"command":"join","raw":{"community":"\\ud800\\u0000"}}',
    `{"command":"start-community","raw":{"name":${JSON.stringify(MARK)}}}`,
  ].map(fc.constant),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 100 }),
)
