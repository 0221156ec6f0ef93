import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import decompress from 'woff2-encoder/decompress'

/** Both under the SIL Open Font License: Chinese and Latin, and codes. */
const FONTS: readonly { readonly name: string; readonly files: RegExp }[] = [
  { name: '@fontsource-variable/noto-sans-sc', files: /-wght-normal\.woff2$/ },
  { name: '@fontsource-variable/jetbrains-mono', files: /-latin-wght-normal\.woff2$/ },
]

/** Writes the fonts of the npm packages as files that an operating system knows: fontconfig reads no WOFF2. */
export async function unpackFonts(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const { name, files } of FONTS) {
    const source = join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), 'files')
    for (const file of await readdir(source)) {
      if (!files.test(file)) continue
      const font = await decompress(await readFile(join(source, file)))
      await writeFile(join(folder, file.replace(/\.woff2$/, '.ttf')), font)
    }
  }
}

/** Settings for fontconfig with these fonts only; the first family bears the name of its thinnest weight. */
export function fontSettings(folder: string, cacheFolder: string): string {
  const alias = (family: string, to: string): string =>
    `<match target="pattern"><test name="family"><string>${family}</string></test>
<edit name="family" mode="prepend" binding="same"><string>${to}</string></edit></match>`
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
<dir>${folder}</dir>
<cachedir>${cacheFolder}</cachedir>
${['Noto Sans SC', 'sans-serif', 'system-ui'].map((family) => alias(family, 'Noto Sans SC Thin')).join('\n')}
${['monospace', 'Monospace'].map((family) => alias(family, 'JetBrains Mono')).join('\n')}
<match target="pattern"><edit name="family" mode="append_last"><string>Noto Sans SC Thin</string></edit></match>
</fontconfig>
`
}
