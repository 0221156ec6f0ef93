import { Typography } from 'antd'
import { Link } from 'react-router'

/** The code as lists show it: masked, with its number. */
export const MaskedCode = ({ code }: { readonly code: { readonly id: number; readonly masked: string } }) => (
  <>
    <code>{code.masked}</code>
    <Typography.Text type="secondary" style={{ display: 'block', fontSize: 12 }}>
      #{code.id}
    </Typography.Text>
  </>
)

/** How often it was used, and the way to these uses. */
export const UsedOf = ({
  code: { id, used, uses },
  batchId,
}: {
  readonly code: { readonly id: number; readonly used: number; readonly uses: number }
  readonly batchId: number
}) => (
  <Link className="num" to={`/redeem/${batchId}?tab=uses&codeId=${id}`}>
    {used} / {uses}
  </Link>
)
