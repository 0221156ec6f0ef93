import { Empty, Input, Modal, Typography } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { call } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useNotice } from '../../shared/parts/notice.tsx'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { type Code, CodeActions } from './CodeActions.tsx'
import { redeemText } from './text.ts'

/** Finds a code by its whole value, which goes to the server in a body and is kept nowhere. */
export function FindCode({ onClose }: { readonly onClose: () => void }) {
  const t = useText(redeemText)
  const notice = useNotice()
  const [found, setFound] = useState<readonly Code[]>()
  const [finding, setFinding] = useState(false)
  const find = async (value: string) => {
    if (value.trim() === '') return
    setFinding(true)
    try {
      setFound((await call('redeem.searchCode', { body: { value: value.trim() } })).items)
    } catch (error) {
      notice(error)
    } finally {
      setFinding(false)
    }
  }
  const put = (changed: Code) => setFound(found?.map((code) => (code.id === changed.id ? changed : code)))
  return (
    <Modal open title={t('byValue')} onCancel={onClose} footer={null} width={560}>
      <Typography.Paragraph type="secondary">{t('byValueHint')}</Typography.Paragraph>
      <Input.Search
        autoFocus
        aria-label={t('value')}
        placeholder="XXXX-XXXX-XXXX-XXXX"
        maxLength={60}
        enterButton={t('findNow')}
        loading={finding}
        autoComplete="off"
        spellCheck={false}
        onChange={() => setFound(undefined)}
        onSearch={(value) => void find(value)}
        style={{ marginBottom: 12 }}
      />
      {found?.length === 0 && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('byValueNone')} />}
      {found?.map((code) => (
        <div key={code.id} className="line-item">
          <div className="line-main">
            <div>
              <code>{code.masked}</code> <StateTag kind="redeemCode" state={code.standing} />
            </div>
            <Typography.Text type="secondary" style={{ fontSize: 13 }}>
              <Link to={`/redeem/${code.batchId}?tab=uses&codeId=${code.id}`}>{code.batchName}</Link> ·{' '}
              {t('ofUses', { used: code.used, uses: code.uses })}
            </Typography.Text>
          </div>
          <span className="row-actions">
            <CodeActions code={code} onChanged={put} />
          </span>
        </div>
      ))}
    </Modal>
  )
}
