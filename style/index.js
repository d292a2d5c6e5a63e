import '@jupyter/chat/style/index.js';
import './base.css';
import './connect.css';
import './status.css';
