-- Title: Accounts without recent data
-- Description: Accounts and Regions of which the newest data is older than two days, though their nodes are scanned daily.

SELECT accountid, region, count(*) AS objects, max(capturetime) AS newest
FROM (
    SELECT accountid, region, capturetime FROM instance_information WHERE resourceid <> ''
    UNION ALL
    SELECT accountid, region, capturetime FROM patch_summary WHERE resourceid <> ''
) AS sent
GROUP BY accountid, region
HAVING
    max(TRY_CAST(replace(substr(capturetime, 1, 19), 'T', ' ') AS timestamp))
    < CAST(current_timestamp AS timestamp) - INTERVAL '2' DAY
ORDER BY newest, accountid, region
