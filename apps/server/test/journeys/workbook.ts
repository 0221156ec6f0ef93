import { promisify } from 'node:util'
import yauzl from 'yauzl'

/** The rows of a downloaded workbook as text, its header first; numbers and moments as the file has them. */
export async function rowsOf(download: Response): Promise<readonly (readonly string[])[]> {
  const file = Buffer.from(await download.arrayBuffer())
  const zip = await promisify<Buffer, yauzl.Options, yauzl.ZipFile>(yauzl.fromBuffer)(file, { lazyEntries: false })
  const sheet = await new Promise<string>((resolve, reject) => {
    zip.on('error', reject)
    zip.on('entry', (entry: yauzl.Entry) => {
      if (entry.fileName !== 'xl/worksheets/sheet1.xml') return
      zip.openReadStream(entry, async (error, stream) => {
        if (error) reject(error)
        else resolve(Buffer.concat(await stream.toArray()).toString('utf8'))
      })
    })
  })
  return [...sheet.matchAll(/<row>(.*?)<\/row>/gs)].map(([, cells = '']) =>
    [...cells.matchAll(/<c\/>|<c [^>]*>(?:<is><t[^>]*>([^<]*)<\/t><\/is>|<v>([^<]*)<\/v>)<\/c>/gs)].map(
      ([, text, number]) => text ?? number ?? '',
    ),
  )
}
