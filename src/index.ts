import cells from './plugins/cells';
import magic from './plugins/magic';
import panel from './plugins/panel';
import runs from './plugins/runs';

export default [runs, panel, cells, magic];
