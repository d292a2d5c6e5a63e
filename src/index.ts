import cells from './plugins/cells';
import magic from './plugins/magic';
import notifications from './plugins/notifications';
import panel from './plugins/panel';
import runs from './plugins/runs';
import status from './plugins/status';

export default [runs, panel, cells, magic, status, notifications];
