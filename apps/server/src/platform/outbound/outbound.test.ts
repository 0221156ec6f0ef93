import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createOutbound, isAllowedUrl, isPublicAddress } from './index.ts'

describe('what counts as the public internet', () => {
  test.each(['1.1.1.1', '223.5.5.5', '2606:4700::1111', '2408:8000::1'])('%s is', (address) => {
    expect(isPublicAddress(address)).toBe(true)
  })
  test.each([
    '127.0.0.1',
    '10.1.2.3',
    '169.254.169.254',
    '100.100.100.200',
    '192.168.1.1',
    '172.31.255.255',
    '0.0.0.0',
    '224.0.0.1',
    '::1',
    '::',
    '::ffff:127.0.0.1',
    'fe80::1',
    'fd00::1',
    '2002:7f00:1::',
    '64:ff9b::7f00:1',
    'localhost',
  ])('%s is not', (address) => {
    expect(isPublicAddress(address)).toBe(false)
  })
})

test('addresses that merchants type in must be https, by name or public', () => {
  expect(isAllowedUrl('https://pay.example.com/v1', false)).toBe(true)
  for (const url of [
    'http://pay.example.com',
    'https://127.0.0.1',
    'https://[::1]:8443',
    'https://localhost',
    'https://user:pw@pay.example.com',
    'https://2130706433/',
    'file:///etc/passwd',
    'no address',
  ]) {
    expect(isAllowedUrl(url, false), url).toBe(false)
  }
  expect(isAllowedUrl('http://127.0.0.1:4001', true)).toBe(true)
})

describe('calls', () => {
  let server: http.Server
  let origin = ''
  beforeAll(async () => {
    server = http.createServer((request, response) => {
      if (request.url === '/long') response.end('x'.repeat(5000))
      else if (request.url === '/moved') response.writeHead(302, { location: '/' }).end()
      else if (request.url === '/silent') return
      else if (request.url === '/cut') request.socket.destroy()
      else response.end('hello')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  const get = (path: string, allowInsecure = true) =>
    createOutbound({ allowInsecure }).call({
      method: 'GET',
      url: path.startsWith('/') ? origin + path : path,
      headers: {},
      timeoutMs: 500,
      answerMaxBytes: 1000,
    })

  test('an answer comes back whole, redirects are not followed', async () => {
    expect((await get('/')).body.toString()).toBe('hello')
    expect((await get('/moved')).status).toBe(302)
  })

  test('a name that points into a private network is refused at the connection', async () => {
    await expect(get('https://localhost.localdomain/', false)).rejects.toMatchObject({ sent: false })
    await expect(get('/', false)).rejects.toMatchObject({ sent: false, message: 'address not allowed' })
  })

  test('a failure says whether the other side may have seen the call', async () => {
    await expect(get('http://127.0.0.1:1/')).rejects.toMatchObject({ sent: false })
    await expect(get('/cut')).rejects.toMatchObject({ sent: true })
    await expect(get('/silent')).rejects.toMatchObject({ sent: true })
    await expect(get('/long')).rejects.toMatchObject({ sent: true })
  })
})
