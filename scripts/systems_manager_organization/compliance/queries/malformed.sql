-- Title: Malformed objects
-- Description: Objects with lines that are not JSON or have no node, and how many. Other queries leave these lines out.

SELECT 'instance_information' AS table_name, accountid, region, "$path" AS path, count(*) AS lines
FROM instance_information
WHERE COALESCE(resourceid, '') = ''
GROUP BY accountid, region, "$path"
UNION ALL
SELECT 'patch_summary' AS table_name, accountid, region, "$path" AS path, count(*) AS lines
FROM patch_summary
WHERE COALESCE(resourceid, '') = ''
GROUP BY accountid, region, "$path"
UNION ALL
SELECT 'compliance_summary' AS table_name, accountid, region, "$path" AS path, count(*) AS lines
FROM compliance_summary
WHERE COALESCE(resourceid, '') = ''
GROUP BY accountid, region, "$path"
ORDER BY path
