import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const server = process.env.QUANSHU_DEV_SERVER ?? 'http://127.0.0.1:8080'

export default defineConfig(({ command }) => ({
  // Relative assets: one build serves `/console/` and `/s/<slug>/console/`; the server writes the `<base href>`.
  base: command === 'build' ? './' : '/console/',
  plugins: [react()],
  build: {
    target: 'es2022',
    // Chunks are named by what they hold, so that a deploy which changes one screen leaves the libraries cached.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            {
              name: 'react',
              test: /node_modules[\\/](react|react-dom|react-router|scheduler|@tanstack|i18next|react-i18next)[\\/]/,
            },
            { name: 'echarts', test: /node_modules[\\/](echarts|zrender)[\\/]/ },
          ],
        },
      },
    },
    chunkSizeWarningLimit: 1500,
  },
  server: {
    port: 5173,
    proxy: Object.fromEntries(['/api', '/files', '/s/'].map((path) => [path, { target: server, changeOrigin: false }])),
  },
}))
