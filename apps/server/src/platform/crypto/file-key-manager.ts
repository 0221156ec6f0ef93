import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto'
import { link, mkdir, open, readFile, rename, stat, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { KeyFileError, type KeyManager } from './key-manager.ts'

const keyFileSchema = z.object({
  current: z.string(),
  keys: z.array(z.object({ id: z.string().min(1), key: z.base64().length(44), createdAt: z.string() })).min(1),
})
type KeyFile = z.infer<typeof keyFileSchema>

/**
 * Master keys in a JSON file that only its owner may read (mode 0600): several keys, one of them current.
 * The file is made when absent, unless `mustExist`: then wrapped keys are already stored, and a fresh master key would
 * make every one of them unreadable for good.
 * @throws KeyFileError with one sentence: missing, open to other users, or not a key file
 */
export async function openFileKeyManager(options: {
  readonly path: string
  readonly mustExist: boolean
}): Promise<KeyManager> {
  const { path } = options
  if (!(await exists(path))) {
    if (options.mustExist) {
      throw new KeyFileError(
        `The key file ${path} is missing, but the database holds keys wrapped by it; put the file back from your backup or set QUANSHU_KEY_FILE to where it is.`,
      )
    }
    await create(path, addKey(undefined))
  }
  let file = await load(path)

  const keyOf = async (id: string): Promise<Buffer> => {
    const known = file.keys.find((key) => key.id === id)
    if (known) return Buffer.from(known.key, 'base64')
    // Another process may have rotated since this one read the file.
    file = await load(path)
    const added = file.keys.find((key) => key.id === id)
    if (!added)
      throw new KeyFileError(`The key file ${path} lacks the master key ${id}; put back the file that holds it.`)
    return Buffer.from(added.key, 'base64')
  }

  return {
    async wrap(plain) {
      const keyId = file.current
      return { keyId, wrapped: wrapWith(await keyOf(keyId), keyId, plain) }
    },
    async unwrap(keyId, wrapped) {
      return unwrapWith(await keyOf(keyId), keyId, wrapped)
    },
    async currentKeyId() {
      file = await load(path)
      return file.current
    },
    async rotate() {
      const next = addKey(await load(path))
      await replace(path, next)
      file = next
    },
  }
}

function addKey(file: KeyFile | undefined): KeyFile {
  const id = `mk-${randomUUID()}`
  const key = { id, key: randomBytes(32).toString('base64'), createdAt: new Date().toISOString() }
  return { current: id, keys: [...(file?.keys ?? []), key] }
}

async function load(path: string): Promise<KeyFile> {
  await refuseWhenOpenToOthers(path)
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new KeyFileError(
      `The key file ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
    )
  })
  const parsed = keyFileSchema.safeParse(parseJson(text))
  if (!parsed.success || !parsed.data.keys.some((key) => key.id === parsed.data.current)) {
    throw new KeyFileError(`The file ${path} is not a Quanshu key file; put the right one back from your backup.`)
  }
  return parsed.data
}

/** Windows has no such bits; there the folder's access list guards the file. */
async function refuseWhenOpenToOthers(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const { mode } = await stat(path).catch(() => {
    throw new KeyFileError(`The key file ${path} is missing; put it back from your backup.`)
  })
  if ((mode & 0o077) !== 0) {
    throw new KeyFileError(
      `The key file ${path} can be read by other users (mode ${(mode & 0o777).toString(8)}); run: chmod 600 ${path}`,
    )
  }
}

/** `link` fails when another process was first, and never leaves half a file behind. */
async function create(path: string, file: KeyFile): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const temporary = await writeTemporary(path, file)
  try {
    await link(temporary, path)
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error
  } finally {
    await unlink(temporary)
  }
}

async function replace(path: string, file: KeyFile): Promise<void> {
  await rename(await writeTemporary(path, file), path)
  await syncFolder(path)
}

async function writeTemporary(path: string, file: KeyFile): Promise<string> {
  const temporary = `${path}.${randomUUID()}`
  const handle = await open(temporary, 'wx', 0o600)
  try {
    await handle.writeFile(`${JSON.stringify(file, undefined, 2)}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
  return temporary
}

async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(dirname(path), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

const NONCE_BYTES = 12
const TAG_BYTES = 16

function wrapWith(masterKey: Buffer, keyId: string, plain: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', masterKey, nonce)
  cipher.setAAD(Buffer.from(keyId, 'utf8'))
  const body = Buffer.concat([cipher.update(plain), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), body])
}

function unwrapWith(masterKey: Buffer, keyId: string, wrapped: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', masterKey, wrapped.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  })
  decipher.setAAD(Buffer.from(keyId, 'utf8'))
  decipher.setAuthTag(wrapped.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(wrapped.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()])
  } catch {
    throw new KeyFileError(
      `A stored data key does not open under the master key ${keyId}: the key or the database row was altered.`,
    )
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    (error: unknown) => {
      if (isCode(error, 'ENOENT')) return false
      throw error
    },
  )

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
