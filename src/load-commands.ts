import { readdir } from 'node:fs/promises'
import { basename } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Command } from './command.ts'

/** Reads the folder of commands; a file that is not the command its name says stops the start. */
export async function loadCommands(folder: string): Promise<Command[]> {
  const files = (await readdir(folder)).filter((file) => /\.[jt]s$/.test(file) && !file.endsWith('.d.ts')).sort()
  return Promise.all(
    files.map(async (file) => {
      const name = basename(file).replace(/\.[jt]s$/, '')
      const loaded: { default?: Command } = await import(pathToFileURL(`${folder}/${file}`).href)
      if (loaded.default?.name !== name) throw new Error(`commands/${file} does not export the command “${name}”`)
      return loaded.default
    }),
  )
}
