//! System codes shared by the Ling and jdai envelopes, and the errors of the API gateway (`wire/jdcloud.md`
//! §3.3, §3.5). HTTP status 200 and `charged: false` of the system codes are INFERRED there (§7.1).

use crate::providers::DocumentedError;

/// Tables one after another, `N` rows in all.
pub(in crate::providers::jdcloud) const fn joined<const N: usize>(
    tables: &[&[DocumentedError]],
) -> [DocumentedError; N] {
    let mut all = [tables[0][0]; N];
    let (mut at, mut table) = (0, 0);
    while table < tables.len() {
        let mut row = 0;
        while row < tables[table].len() {
            all[at] = tables[table][row];
            at += 1;
            row += 1;
        }
        table += 1;
    }
    assert!(at == N, "as many rows as the tables have");
    all
}

const fn system(code: &'static str, zh: &'static str, en: &'static str) -> DocumentedError {
    DocumentedError {
        code,
        status: 200,
        zh,
        en,
        charged: false,
        source: "§3.3",
    }
}

const fn gateway(code: &'static str, status: u16, zh: &'static str, en: &'static str) -> DocumentedError {
    DocumentedError {
        code,
        status,
        zh,
        en,
        charged: false,
        source: "§3.5",
    }
}

/// System codes, HTTP 200 with the code in the body.
pub static SYSTEM: [DocumentedError; 19] = [
    system("10001", "错误的请求appkey", "Wrong Request appkey"),
    system(
        "10003",
        "不存在相应的数据信息",
        "Corresponding data information is absent",
    ),
    system(
        "10004",
        "URL上appkey参数不能为空",
        "appkey parameter on the URL cannot be null",
    ),
    system(
        "10010",
        "接口需要付费，请充值",
        "The API requires payment, please recharge",
    ),
    system(
        "10020",
        "系统繁忙，请稍后再试",
        "System is busy, please try again later",
    ),
    system(
        "10030",
        "调用网关失败，请与京东智联云联系",
        "Call Gateway failed, please contact JD Cloud",
    ),
    system(
        "10040",
        "超过每天限量，请明天继续",
        "Over the daily limitation, please continue tomorrow",
    ),
    system(
        "10041",
        "URL上timestamp参数不能为空",
        "timestamp parameter on the URL cannot be null",
    ),
    system(
        "10042",
        "URL上sign参数不能为空",
        "sign parameter on the URL cannot be null",
    ),
    system(
        "10043",
        "超过QPS限额，请降低调用频率或与京东智联云联系",
        "Over the QPS quota, please reduce the call frequency or contact JD Cloud",
    ),
    system(
        "10044",
        "集群QPS超限额，请与京东智联云联系",
        "The cluster QPS exceeds the limitation, please contact JD Cloud",
    ),
    system(
        "10045",
        "timestamp参数无效，请检查timestamp距离当前时间是否超过5分钟",
        "timestamp parameter is invalid, please check whether it is more than 5 minutes from the current time",
    ),
    system(
        "10046",
        "timestamp参数格式错误",
        "timestamp Parameter Format Error",
    ),
    system(
        "10047",
        "请求签名sign无效，请检查签名信息",
        "Request signature sign is invalid, please check signature information",
    ),
    system(
        "10048",
        "无接口权限，请下单购买",
        "No API permission, please place an order",
    ),
    system("10050", "用户已被禁用", "User account has been disabled"),
    system(
        "10060",
        "发布方设置调用权限，请联系发布方",
        "The releases sets the calling permissions, please contact the releaser",
    ),
    system(
        "11010",
        "发布方接口调用异常，请稍后再试",
        "Call of releaser's API is abnormal, please try it later",
    ),
    system(
        "11030",
        "发布方接口返回格式有误",
        "Return format of releaser's API is wrong",
    ),
];

/// What an answer of the service is said with: no error, so it stands in no catalogue.
pub static SUCCESS: DocumentedError = DocumentedError {
    charged: true,
    ..system("10000", "查询成功", "Search succeeded")
};

/// Gateway errors: an HTTP status and `{"requestId","error":{"status","code","message"}}`.
pub static GATEWAY: [DocumentedError; 33] = [
    gateway("ACCESS_ERROR", 401, "", "lack of header authorization[gw]"),
    gateway(
        "ARGUMENT_NOT_SUPPORT",
        400,
        "参数 argument 不支持",
        "The parameter argument is not supported",
    ),
    gateway(
        "ARGUMENT_NOT_FOUND",
        400,
        "参数 argument 是必填参数",
        "The parameter argument is required",
    ),
    gateway(
        "ARGUMENT_WRONG_FORMAT",
        400,
        "",
        "Type of parameter argument shall be of a format",
    ),
    gateway(
        "OUT_OF_RANGE",
        400,
        "参数取值不合法或超出范围",
        "The parameter value is illegal or exceeds the range",
    ),
    gateway(
        "ARGUMENT_MISMATCH",
        400,
        "",
        "The resource does not contain the parameter argument",
    ),
    gateway(
        "INVALID_ARGUMENT",
        400,
        "参数 argument 存在错误",
        "Parameter Argument Error",
    ),
    gateway(
        "FAILED_PRECONDITION",
        400,
        "",
        "The operation is not available in the current state",
    ),
    gateway(
        "FAILED_PRECONDITION_CONFLICT",
        409,
        "",
        "The parameters depend on each other in size",
    ),
    gateway("UNAUTHENTICATED", 401, "认证失败", "Verification Failed"),
    gateway(
        "HTTP_FORBIDDEN",
        403,
        "没有对资源 resource 的 permission 权限",
        "No Resource Permission",
    ),
    gateway("RESOURCE_NOT_EXIST", 404, "", "Resource Absent"),
    gateway("NOT_FOUND", 404, "", "The resource cannot be found"),
    gateway("ABORTED", 409, "", "Operation Aborted"),
    gateway("ALREADY_EXISTS", 409, "", "Resource Already Exists"),
    gateway("CONFLICT", 409, "", "Resource Conflict"),
    gateway("QUOTA_EXCEEDED", 429, "配额不足", "Insufficient Quota"),
    gateway(
        "RATE_LIMIT_EXCEEDED",
        429,
        "请求过频繁",
        "Your requests are too frequent",
    ),
    gateway("RATE_LIMIT", 429, "请求过频繁", "Your requests are too frequent"),
    gateway("CANCELLED", 499, "", "Cancel Operation"),
    gateway("UNKNOWN", 500, "", "Unknown Error"),
    gateway("INTERNAL", 500, "", "Internal Error"),
    gateway("NOT_IMPLEMENTED", 501, "", "The method is not supported now"),
    gateway("SOURCE_UNAVAILABLE", 502, "", "Origin Server Unavailable"),
    gateway("UNAVAILABLE", 503, "", "Service Unavailable"),
    gateway("DEADLINE_EXCEEDED", 504, "", "Time Out"),
    gateway(
        "APIGATEWAY_BIND_GROUP_NOT_FOUND",
        404,
        "",
        "Access authorization is not matched with the group",
    ),
    gateway("APIGATEWAY_HTTP_FORBIDDEN", 403, "", "No Resource Permission"),
    gateway("APIGATEWAY_NONE_VALID_APPID", 404, "", "Invalid keyID"),
    gateway("APIGATEWAY_NONE_VALID_API", 404, "", "No valid API"),
    gateway("APIGATEWAY_NOT_FOUND", 404, "", "The resource cannot be found"),
    gateway(
        "APIGATEWAY_INVALID_SERVICE_STATUS",
        500,
        "",
        "The service is disabled or stopped",
    ),
    gateway(
        "APIGATEWAY_INVALID_AUTHENTICATION_STATUS",
        500,
        "",
        "The account has no real-name verification",
    ),
];
