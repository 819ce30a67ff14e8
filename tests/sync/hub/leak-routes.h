/* The routes of the office, and how test-leak.c asks each of them for hidden records. */
#pragma once

#define MARK "LEAK7Q" /* the beginning of every text of a hidden record */

static const struct {
  const char *method;
  const char *pattern;
  const char *queries; /* of a GET, separated by spaces, "-" for none; the body of a POST */
} ROUTES[] = {
    {"GET", "/office/v1/session", "-"},
    {"GET", "/office/v1/head", "-"},
    {"GET", "/office/v1/filters", "-"},
    {"GET", "/office/v1/inbox",
     "lane=new lane=returned lane=answered lane=accepted lane=conflict lane=quarantine"
     " lane=new&search=" MARK " lane=conflict&search=" MARK " lane=new&area=140603100"},
    {"GET", "/office/v1/ahead", "-"},
    {"GET", "/office/v1/enterprises", "- search=" MARK " area=140603100"},
    {"GET", "/office/v1/ledger", NULL}, /* ledgers as the kinds declare them */
    {"GET", "/office/v1/count",
     "list=enterprises list=inbox&lane=new list=inbox&lane=returned list=inbox&lane=accepted"
     " list=inbox&lane=conflict list=inbox&lane=quarantine list=inbox&lane=new&search=" MARK},
    {"GET", "/office/v1/devices", "-"},
    {"GET", "/office/v1/access", "- record={id} reader={id}"},
    {"GET", "/office/v1/anomalies",
     "- kind=fork kind=refusal kind=quarantine kind=report kind=clock kind=number"},
    {"GET", "/office/v1/numbers", "- unit={id} kind=hazard kind=inspection kind=document"},
    {"GET", "/office/v1/records/{id}", "-"},
    {"GET", "/office/v1/records/{id}/history", "-"},
    {"GET", "/office/v1/records/{id}/news", "- since={id}"},
    {"GET", "/office/v1/records/{id}/case", "-"},
    {"GET", "/office/v1/records/{id}/files/{sha256}", "-"},
    {"GET", "/office/v1/quarantine/{id}", "-"},
    {"GET", "/office/v1/plaques", "- first=1&count=200"},
    {"GET", "/office/v1/plaques/{serial}/qr.svg", "-"},
    {"POST", "/office/v1/records/{id}/files", "{\"role\":\"proof\",\"size\":10}"},
    {"POST", "/office/v1/records/{id}/review", "{\"decision\":\"approve\",\"covers\":\"{id}\"}"},
    {"GET", "/office/v1/creations", "- from=office from={id}"},
    {"GET", "/office/v1/pick",
     "kind=enterprise kind=inspection kind=hazard kind=document kind=participant kind=file"
     " kind=hazard&search=" MARK " kind=inspection&search=" MARK},
    {"POST", "/office/v1/form", "{\"record\":\"{id}\",\"act\":\"step/accepted\",\"values\":{}}"},
    {"POST", "/office/v1/records",
     "{\"record\":\"00000000-0000-7000-8000-00000000000a\",\"kind\":\"site\","
     "\"act\":\"create/at_enterprise\",\"origin\":\"{id}\",\"values\":{}}"},
    {"POST", "/office/v1/uploads",
     "{\"record\":\"00000000-0000-7000-8000-00000000000a\",\"kind\":\"site\",\"role\":\"photo\","
     "\"act\":\"create/at_enterprise\",\"origin\":\"{id}\",\"size\":10}"},
    {"POST", "/office/v1/records/{id}/act", "{\"act\":\"step/accepted\",\"covers\":\"{id}\"}"},
    {"POST", "/office/v1/records/{id}/unseal", "{\"field\":\"informant\",\"reason\":\"x\"}"},
    {"GET", "/office/v1/records/{id}/worksheet", "- list={id}"},
    {"POST", "/office/v1/records/{id}/worksheet",
     "{\"item\":\"COAL-01\",\"answer\":\"compliant\",\"heads\":[],\"list\":\"{id}\"}"},
    {"POST", "/office/v1/records/{id}/resolve",
     "{\"key\":\"opinion\",\"entry\":\"{id}\",\"heads\":[\"{id}\"]}"},
    {"POST", "/office/v1/quarantine/{id}", "{\"action\":\"release\",\"reason\":\"x\"}"},
    {"POST", "/office/v1/plaques", "{\"enterprises\":[\"{id}\"]}"},
    {"POST", "/office/v1/devices/{id}/revoke", "{\"reason\":\"x\"}"},
    /* Routes that show no record. */
    {"POST", "/office/v1/session", NULL},
    {"GET", "/office/v1/uploads/{id}", NULL}, /* an id of the upload, not of a record */
    {"PATCH", "/office/v1/uploads/{id}", NULL},
    {"DELETE", "/office/v1/uploads/{id}", NULL},
    {"DELETE", "/office/v1/session", NULL},
    {"GET", "/office/{path*}", NULL},
    {"GET", "/office", NULL},
    {"GET", "/", NULL},
};
