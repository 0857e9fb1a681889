-- Title: Accounts without recent data
-- Description: Accounts and Regions of which the newest data is older than two days, though their nodes are scanned daily.

SELECT i.accountid, i.region, count(*) AS objects, max(sent.capturetime) AS newest
FROM instance_information AS i
JOIN (
    SELECT accountid, region, resourceid, capturetime FROM instance_information
    UNION ALL
    SELECT accountid, region, resourceid, capturetime FROM patch_summary
) AS sent
    ON sent.accountid = i.accountid AND sent.region = i.region AND sent.resourceid = i.resourceid
WHERE i.resourceid <> '' AND COALESCE(i.instancestatus, '') <> 'Terminated'
GROUP BY i.accountid, i.region
HAVING
    max(TRY_CAST(replace(substr(sent.capturetime, 1, 19), 'T', ' ') AS timestamp))
    < CAST(current_timestamp AS timestamp) - INTERVAL '2' DAY
ORDER BY newest, i.accountid, i.region
