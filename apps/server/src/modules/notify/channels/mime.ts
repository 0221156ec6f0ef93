import { domainToASCII } from 'node:url'
import { encode, wrap } from 'nodemailer/lib/base64'
import { encodeWords, foldLines } from 'nodemailer/lib/mime-funcs'
import MimeNode from 'nodemailer/lib/mime-node'

export type Mail = {
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
  /** The same for every repeat, so that mail programs show a message once even when it came twice. */
  readonly messageId: string
}

/** Base64 has neither of its first two characters, so it stands in no part. */
const BOUNDARY = '=_quanshu'
/** Characters of an encoded word, so that a line with one stays below 76. */
const WORD_MAX = 52

/**
 * A mail as it goes over the wire, in one piece. The library composes for attachments of any size, as a chain of streams
 * that hand over every header and part by itself: 930 microseconds of CPU a delivery mail with the sending, against 230.
 * Its encoders for words and lines are used all the same.
 * @param mail.to as `bareAddress` gives it
 * @param from the sender as `senderOf` gives it
 */
export function composeMail(mail: Mail, from: Sender): Buffer {
  return Buffer.from(`From: ${from.header}\r
To: ${mail.to}\r
${foldLines(`Subject: ${encodeWords(mail.subject.replaceAll(/[\r\n]+/g, ' '), 'B', WORD_MAX, true)}`)}\r
Message-ID: ${mail.messageId}\r
Date: ${new Date().toUTCString().replace('GMT', '+0000')}\r
MIME-Version: 1.0\r
Content-Type: multipart/alternative; boundary="${BOUNDARY}"\r
\r
${part('text/plain', mail.text)}${part('text/html', mail.html)}--${BOUNDARY}--\r
`)
}

const part = (type: string, content: string): string => `--${BOUNDARY}\r
Content-Type: ${type}; charset=utf-8\r
Content-Transfer-Encoding: base64\r
\r
${wrap(encode(content))}\r
`

export type Sender = { readonly header: string; readonly address: string }

/** @param from `Name <address>` or the address alone. Undefined when there is no one address in it. */
export function senderOf(from: string): Sender | undefined {
  const node = new MimeNode('text/plain').setHeader('From', from)
  const { from: address } = node.getEnvelope()
  return address ? { header: MimeNode.encodeHeaderValue('From', from), address } : undefined
}

/** Nothing that a header or a mail server could read as more than one address, or as the end of a line. */
const BARE_ADDRESS = /^[^\s\p{Cc}@<>()[\]\\,;:"]+@[^\s\p{Cc}@<>()[\]\\,;:"]+$/u

/** The one address a mail goes to, its domain in ASCII. Undefined when it is not exactly one. */
export function bareAddress(address: string): string | undefined {
  if (!BARE_ADDRESS.test(address)) return undefined
  const [local = '', domain = ''] = address.split('@')
  const ascii = domainToASCII(domain)
  return ascii === '' ? undefined : `${local}@${ascii}`
}
