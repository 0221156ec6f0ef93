import { expect, test } from 'vitest'
import { shopUrlOf } from './shop-url.ts'

test('a buyer comes back to the loopback name that was opened', () => {
  expect(shopUrlOf('http://localhost:8080', '127.0.0.1:8080', '/s/demo')).toBe('http://127.0.0.1:8080/s/demo')
})

test('a forged host never becomes the address a buyer is sent to', () => {
  expect(shopUrlOf('https://shop.example', 'evil.example', '')).toBe('https://shop.example')
  expect(shopUrlOf('https://shop.example', '127.0.0.1', '')).toBe('https://shop.example')
  expect(shopUrlOf('http://localhost:8080', 'localhost.evil.example', '')).toBe('http://localhost:8080')
})
