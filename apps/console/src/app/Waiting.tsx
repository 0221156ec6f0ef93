import { Spin } from 'antd'

/** The page before anything is known; silent for the first moments, so that fast answers do not flicker. */
export function Waiting() {
  return (
    <div className="waiting">
      <Spin size="large" delay={300} />
    </div>
  )
}
