import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** Where `npm run dev` sends the calls; the server's default port unless told otherwise. */
const server = process.env.QUANSHU_DEV_SERVER ?? 'http://127.0.0.1:8080'

export default defineConfig({
  // Relative: one build serves `/` and `/s/<slug>/`; the server writes the `<base>` that makes deep links work.
  base: './',
  plugins: [react()],
  build: {
    target: ['chrome100', 'safari15.4', 'firefox100'],
    // Read by check-size.ts.
    manifest: true,
    sourcemap: false,
    cssMinify: true,
  },
  server: {
    proxy: Object.fromEntries(
      ['/api', '/files', '/cashier'].map((path) => [path, { target: server, changeOrigin: false }]),
    ),
  },
})
