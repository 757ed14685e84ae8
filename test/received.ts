import { load } from 'cheerio'
import PostalMime from 'postal-mime'
import { expect } from 'vitest'

/** A mail as mail programs have it once they opened it. */
export interface Received {
  header(name: string): string[]
  subject: string
  text: string
  html: string
  /** The files that came along; `method` is what a calendar's type says is to be done with it. */
  files: { name: string | null; type: string; method: string | undefined; text: string }[]
}

/** Opens a mail with postal-mime, which is not what wrote it. */
export async function received(mail = ''): Promise<Received> {
  const { headers, subject = '', text = '', html = '', attachments } = await PostalMime.parse(mail)
  return {
    header: (name) => headers.filter(({ key }) => key === name.toLowerCase()).map(({ value }) => value),
    ...{ subject, text, html },
    files: attachments.map(({ filename, mimeType, method, content }) => ({
      ...{ name: filename, type: mimeType, method },
      text: typeof content === 'string' ? content : new TextDecoder().decode(content),
    })),
  }
}

/** Both parts say the same, word for word and link for link; the HTML has the organization's name on top besides. */
export function expectAgreement(text: string, html: string): void {
  const $ = load(html)
  expect($('h1')).toHaveLength(1)
  $('head, h1').remove()
  $('a').each((_, one) => void $(one).replaceWith($('<span>').text($(one).attr('href') ?? '')))
  $('br').replaceWith('\n')
  $('h2, p, li').each((_, one) => void $(one).append('\n'))
  expect(lined($('body').text())).toEqual(lined(text))
}

const lined = (words: string) =>
  words
    .split('\n')
    .map((line) => line.replaceAll(/\s+/g, ' ').trim())
    .filter(Boolean)
