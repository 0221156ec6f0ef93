import { Form, Input, Modal } from 'antd'
import { useAction } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { ChannelsField } from '../../shared/parts/ChannelsField.tsx'
import { InstantInput, MoneyInput } from '../../shared/parts/inputs.tsx'
import { useSubmit } from '../../shared/templates/FormPage.tsx'
import { batchText } from './text.ts'

type Batch = Output<'vault.getBatch'>
type Values = Pick<Batch, 'supplier' | 'costFen' | 'purchaseRef' | 'validFrom' | 'validTo' | 'channels' | 'note'>

/** Corrects what was stated about a batch; a later end of validity puts expired codes back on the shelf. */
export function EditBatch({ batch, onClose }: { readonly batch: Batch; readonly onClose: () => void }) {
  const t = useText(batchText)
  const [form] = Form.useForm<Values>()
  const { submit, saving } = useSubmit(form)
  const edit = useAction('vault.editBatch', { refresh: ['vault.', 'stock.'], done: t('saved'), showProblem: false })
  const save = async ({ channels: named, ...values }: Values) => {
    // Said again they would be judged again, and a channel may have been closed since.
    const isSame = (named ?? []).join() === (batch.channels ?? []).join()
    const body = { ...values, costFen: values.costFen ?? 0, ...(isSame ? {} : { channels: named }) }
    await edit.run({ params: { batchId: batch.id }, body })
    onClose()
  }
  const { supplier, costFen, purchaseRef, validFrom, validTo, channels, note } = batch
  return (
    <Modal
      open
      title={`${t('edit')} · ${t('batch', { id: batch.id })}`}
      onCancel={onClose}
      onOk={() => void submit(save)}
      confirmLoading={saving}
      width={560}
    >
      <Form
        form={form}
        layout="vertical"
        disabled={saving}
        initialValues={{ supplier, costFen, purchaseRef, validFrom, validTo, channels, note }}
      >
        <div className="form-grid">
          <Form.Item name="supplier" label={t('supplier')}>
            <Input maxLength={80} />
          </Form.Item>
          <Form.Item name="costFen" label={t('cost')}>
            <MoneyInput max={1_000_000} />
          </Form.Item>
          <Form.Item name="purchaseRef" label={t('purchaseRef')} className="wide">
            <Input maxLength={80} />
          </Form.Item>
          <Form.Item name="validFrom" label={t('validFrom')}>
            <InstantInput />
          </Form.Item>
          <Form.Item name="validTo" label={t('validTo')}>
            <InstantInput endOfDay />
          </Form.Item>
          <Form.Item name="channels" label={t('channels')} extra={t('channelsHint')} className="wide">
            <ChannelsField />
          </Form.Item>
          <Form.Item name="note" label={t('note')} className="wide">
            <Input.TextArea maxLength={500} autoSize={{ minRows: 2, maxRows: 5 }} />
          </Form.Item>
        </div>
      </Form>
    </Modal>
  )
}
