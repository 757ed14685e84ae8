import { type Act, ids, text } from './call.ts'
import { channelFor, isIn } from './channels.ts'
import { broke, known, Refused } from './errors.ts'
import { createMessage } from './messages.ts'
import { APP_ID } from './wire.ts'
import { listOf } from './world.ts'

const ALT_MAX = 1_000

/** Files: an address to upload to, and where they are then shown. */
export function fileCalls(origin: () => string) {
  const waiting = new Map<string, { name: string; bytes: Buffer | undefined; length: number; alt: string }>()
  const acts: Record<string, Act> = {
    'files.getUploadURLExternal': ({ world, args }) => {
      const length = Number(args.length)
      if (!(length > 0)) throw broke('invalid_arguments', 'length')
      const alt = text(args, 'alt_txt')
      if (alt.length > ALT_MAX) throw new Refused('alt_txt_too_large')
      const id = world.draw('F')
      waiting.set(id, { name: text(args, 'filename'), bytes: undefined, length, alt })
      return { upload_url: `http://${origin()}/upload/${id}`, file_id: id }
    },
    'files.completeUploadExternal': (asked) => {
      const { world, team, args, install } = asked
      const files = listOf(args.files)
      const found = files.map((one) => {
        const file = known(waiting.get(String(one.id)), 'file_not_found')
        if (file.bytes === undefined) throw broke('file_not_found', 'nothing was uploaded')
        return { id: String(one.id), name: file.name, text: file.bytes.toString(), bytes: file.bytes, alt: file.alt }
      })
      if (found.length === 0) throw broke('invalid_arguments', 'no files')
      const ids_ = [text(args, 'channel_id'), ...ids(args, 'channels')].filter(Boolean)
      for (const id of ids_) {
        const channel = channelFor(team, id, install.botUserId)
        if (!isIn(channel, install.botUserId)) throw new Refused('not_in_channel')
        const plain = { text: text(args, 'initial_comment'), blocks: undefined, metadata: undefined, linksNames: false }
        const threadTs = text(args, 'thread_ts')
        const author = { userId: install.botUserId, botId: install.botId, files: found }
        createMessage(world, channel, plain, { ...author, ...(threadTs && { threadTs }) })
      }
      return { files: found.map(({ id, name }) => ({ id, title: name, app_id: APP_ID })) }
    },
  }
  return {
    acts,
    /** Takes what is uploaded; false where it is not what was announced. */
    upload(id: string, content: Buffer): boolean {
      const file = waiting.get(id)
      if (!file || content.length !== file.length) return false
      file.bytes = content
      return true
    },
  }
}
