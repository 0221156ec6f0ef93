import { describe, expect, test } from 'vitest'
import { ConfigError, loadConfig } from './index.ts'

describe('settings', () => {
  test('an empty environment is a complete demonstration', () => {
    const config = loadConfig({})
    expect(config).toMatchObject({
      port: 8080,
      host: '127.0.0.1',
      publicUrl: 'http://localhost:8080',
      standIns: true,
      demo: true,
    })
    expect(config.masterKeyFile).toBe(`${config.dataDir}/keys/master.json`)
  })

  test('a database of one’s own gets neither demo nor stand-ins nor insecure endpoints unless asked for', () => {
    const config = loadConfig({ DATABASE_URL: 'postgres://u:p@db/shop' })
    expect(config).toMatchObject({ standIns: false, demo: false, allowInsecureEndpoints: false })
    expect(loadConfig({ DATABASE_URL: 'postgres://u:p@db/shop', QUANSHU_DEMO: 'yes' }).demo).toBe(true)
  })

  test('every wrong value is named with what it must be', () => {
    const wrong = () => loadConfig({ QUANSHU_PORT: '80a', QUANSHU_ROLES: 'api,cook', QUANSHU_TRUST_PROXY: 'maybe' })
    expect(wrong).toThrow(ConfigError)
    expect(wrong).toThrow(/QUANSHU_PORT is "80a" but must be a whole number from 0 to 65535/)
    expect(wrong).toThrow(/QUANSHU_ROLES is "api,cook" but must be one or both of api, worker/)
    expect(wrong).toThrow(/QUANSHU_TRUST_PROXY is "maybe" but must be true or false/)
  })

  test('a wrong address never shows its password', () => {
    expect(() => loadConfig({ DATABASE_URL: 'mysql://root:hunter2@db' })).toThrow(/^(?!.*hunter2).*DATABASE_URL/)
  })

  test('cookies are for https only when the public address is', () => {
    expect(loadConfig({ QUANSHU_PUBLIC_URL: 'https://shop.example/' })).toMatchObject({
      publicUrl: 'https://shop.example',
      secureCookies: true,
    })
  })
})
