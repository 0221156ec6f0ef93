/**
 * What others said, as a database can keep it: without zero bytes and halves of characters, which their words are full of when they, or
 * we, cut them off. One such word would keep all of it out, for ever. Codes are not for here: they are kept as they came.
 */
export const storableText = (text: string): string => text.toWellFormed().replaceAll('\0', '\ufffd')

/** The same of all that is in it, as JSON for a function of the database. */
export const storableJson = (said: unknown): string =>
  JSON.stringify(said, (_name, value) => (typeof value === 'string' ? storableText(value) : value))
