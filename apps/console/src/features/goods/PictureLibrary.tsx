import { Empty, Modal, Pagination, Spin } from 'antd'
import { useState } from 'react'
import { useRead } from '../../shared/api/hooks.ts'
import { pictureUrl } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { goodsText } from './text.ts'
import type { Picture } from './values.ts'

type Props = {
  readonly open: boolean
  readonly chosen: readonly number[]
  readonly onPick: (picture: Picture) => void
  readonly onClose: () => void
}

const PAGE_SIZE = 24

/** Pictures uploaded before; one press adds one. */
export function PictureLibrary({ open, chosen, onPick, onClose }: Props) {
  const t = useText(goodsText)
  const [page, setPage] = useState(1)
  const { data, isFetching } = useRead(
    'catalog.listPictures',
    { query: { page, pageSize: PAGE_SIZE } },
    { enabled: open, keep: true },
  )
  return (
    <Modal open={open} title={t('library')} onCancel={onClose} footer={null} width={760}>
      <Spin spinning={isFetching && !data}>
        {data?.items.length === 0 && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('libraryEmpty')} />}
        <div className="pictures">
          {data?.items.map((picture) => (
            <button
              key={picture.id}
              type="button"
              className="picture"
              aria-pressed={chosen.includes(picture.id)}
              disabled={chosen.includes(picture.id)}
              style={{ background: picture.color }}
              onClick={() => onPick(picture)}
            >
              <img src={pictureUrl(picture.url, 320)} alt="" loading="lazy" />
            </button>
          ))}
        </div>
        <Pagination
          size="small"
          align="end"
          hideOnSinglePage
          style={{ marginTop: 12 }}
          current={page}
          pageSize={PAGE_SIZE}
          total={data?.total ?? 0}
          showSizeChanger={false}
          onChange={setPage}
        />
      </Spin>
    </Modal>
  )
}
