-- Title: Noncompliant patches by severity and platform
-- Description: How many patches of each severity are not compliant, by operating system.

SELECT
    i.platformtype,
    i.platformname,
    count(*) AS nodes,
    sum(COALESCE(TRY_CAST(c.noncompliantcriticalcount AS integer), 0)) AS critical,
    sum(COALESCE(TRY_CAST(c.noncomplianthighcount AS integer), 0)) AS high,
    sum(COALESCE(TRY_CAST(c.noncompliantmediumcount AS integer), 0)) AS medium,
    sum(COALESCE(TRY_CAST(c.noncompliantlowcount AS integer), 0)) AS low,
    sum(COALESCE(TRY_CAST(c.noncompliantinformationalcount AS integer), 0)) AS informational,
    sum(COALESCE(TRY_CAST(c.noncompliantunspecifiedcount AS integer), 0)) AS unspecified
FROM instance_information AS i
LEFT JOIN compliance_summary AS c
    ON c.accountid = i.accountid AND c.region = i.region AND c.resourceid = i.resourceid AND c.compliancetype = 'Patch'
WHERE i.resourceid <> '' AND COALESCE(i.instancestatus, '') <> 'Terminated'
GROUP BY i.platformtype, i.platformname
ORDER BY critical DESC, high DESC, i.platformtype, i.platformname
