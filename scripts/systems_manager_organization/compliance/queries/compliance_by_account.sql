-- Title: Compliance by account
-- Description: Nodes of each account: total, compliant, noncompliant, and of unknown compliance; worst first.

SELECT
    i.accountid,
    count(*) AS nodes,
    sum(CASE WHEN c.status = 'COMPLIANT' THEN 1 ELSE 0 END) AS compliant,
    sum(CASE WHEN c.status = 'NON_COMPLIANT' THEN 1 ELSE 0 END) AS noncompliant,
    sum(CASE WHEN c.status IS NULL THEN 1 ELSE 0 END) AS unknown
FROM instance_information AS i
LEFT JOIN compliance_summary AS c
    ON c.accountid = i.accountid AND c.region = i.region AND c.resourceid = i.resourceid AND c.compliancetype = 'Patch'
WHERE i.resourceid <> '' AND COALESCE(i.instancestatus, '') <> 'Terminated'
GROUP BY i.accountid
ORDER BY noncompliant DESC, unknown DESC, i.accountid
