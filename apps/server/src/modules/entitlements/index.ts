export { grantStates } from './model.ts'
