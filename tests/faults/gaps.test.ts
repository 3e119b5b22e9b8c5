import { describeUpstreamFaults } from './upstream';

describeUpstreamFaults('faults that a client can notice', false);
