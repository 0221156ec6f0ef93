import './app/theme.css'
import { createRoot } from 'react-dom/client'
import { App } from './app/app.tsx'
import { followColorScheme } from './app/color-scheme.ts'
import { startI18n } from './shared/i18n/index.ts'

followColorScheme()
await startI18n()
const root = document.getElementById('root')
if (root) createRoot(root).render(<App />)
