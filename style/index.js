import '@jupyter/chat/style/index.js';
import './base.css';
import './connect.css';
import './status.css';
import './cells.css';
import './runs.css';
import './asking.css';
import './approvals.css';
