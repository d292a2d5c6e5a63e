import { TextDecoder } from 'util';

import * as Y from 'yjs';

import { modelsIn } from '../arrivals';

// jsdom has none; browsers do
Object.assign(globalThis, { TextDecoder });

const VIEW = 'application/vnd.jupyter.widget-view+json';
const MODEL = '0123456789abcdef0123456789abcdef';

/** The change that puts this output into a document. */
function change(data: unknown): Uint8Array {
  const doc = new Y.Doc();
  const output = new Y.Map<unknown>([
    ['data', data],
    ['output_type', 'display_data']
  ]);
  doc.getArray('outputs').push([output]);
  return Y.encodeStateAsUpdate(doc);
}

describe('modelsIn', () => {
  it('finds a widget that is put in as plain values', () => {
    expect(modelsIn(change({ [VIEW]: { model_id: MODEL, version_major: 2 } }))).toEqual([MODEL]);
  });

  it('finds a widget that is put in as shared values', () => {
    const view = new Y.Map<unknown>([
      ['version_major', 2],
      ['model_id', MODEL]
    ]);
    expect(modelsIn(change(new Y.Map<unknown>([[VIEW, view]])))).toEqual([MODEL]);
  });

  it('finds none in what is no widget', () => {
    expect(modelsIn(change({ 'text/plain': `model_id ${MODEL}` }))).toEqual([]);
  });
});
