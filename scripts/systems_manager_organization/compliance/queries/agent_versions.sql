-- Title: Versions of SSM Agent
-- Description: How many nodes run which version of the agent, by platform; Default Host Management needs 3.2.582.0 or newer.

SELECT platformtype, agentversion, count(*) AS nodes, count(DISTINCT accountid) AS accounts
FROM instance_information
WHERE resourceid <> '' AND COALESCE(instancestatus, '') <> 'Terminated'
GROUP BY platformtype, agentversion
ORDER BY platformtype, nodes DESC, agentversion
