import { existsSync } from 'node:fs'
import { glob, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

const DOCUMENTS = ['*.md', '{docs,apps,packages,sim,bench,tools,db}/**/*.md']
const FOREIGN = new Set(['node_modules', 'dist', 'data'])
const LINK = /\]\(\s*([^)\s]+)[^)]*\)/g
/** The browser test makes them, so a fresh copy may still lack one. */
const MADE_BY_TESTS = 'docs/screens/'

/** Relative links of our documents that lead nowhere, as `file: link`; to a file, or to a heading of one. */
export async function brokenLinks(root: string): Promise<readonly string[]> {
  const broken: string[] = []
  for await (const path of glob(DOCUMENTS, { cwd: root, exclude: (name) => FOREIGN.has(name) })) {
    const text = withoutCode(await readFile(join(root, path), 'utf8'))
    for (const [, link = ''] of text.matchAll(LINK)) {
      if (/^[a-z]+:/.test(link)) continue
      const [file = '', heading] = link.split('#')
      const target = file === '' ? path : join(dirname(path), file)
      if (target.startsWith(MADE_BY_TESTS)) continue
      if (!existsSync(join(root, target))) broken.push(`${path}: ${link}`)
      else if (heading && !(await headingsOf(join(root, target))).includes(heading)) broken.push(`${path}: ${link}`)
    }
  }
  return broken.toSorted()
}

const withoutCode = (text: string): string => text.replace(/```[\s\S]*?```|`[^`\n]*`/g, '')

/** As GitHub makes anchors: lower case, spaces to dashes, punctuation gone. */
async function headingsOf(file: string): Promise<readonly string[]> {
  const text = (await readFile(file, 'utf8')).replace(/```[\s\S]*?```/g, '')
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )
}
