"""Invoices in ZUGFeRD 1.0 (2014), whose elements have other names than those of EN 16931 since."""

from typing import Any, Final

from lxml import etree

_OLD: Final = "urn:ferd:CrossIndustryDocument:invoice:1p0"
_RSM: Final = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
_RAM: Final = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
_UDT: Final = "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"
_NAMES: Final = {
    "CrossIndustryDocument": "CrossIndustryInvoice",
    "SpecifiedExchangedDocumentContext": "ExchangedDocumentContext",
    "HeaderExchangedDocument": "ExchangedDocument",
    "SpecifiedSupplyChainTradeTransaction": "SupplyChainTradeTransaction",
    "ApplicableSupplyChainTradeAgreement": "ApplicableHeaderTradeAgreement",
    "ApplicableSupplyChainTradeDelivery": "ApplicableHeaderTradeDelivery",
    "ApplicableSupplyChainTradeSettlement": "ApplicableHeaderTradeSettlement",
    "SpecifiedSupplyChainTradeAgreement": "SpecifiedLineTradeAgreement",
    "SpecifiedSupplyChainTradeDelivery": "SpecifiedLineTradeDelivery",
    "SpecifiedSupplyChainTradeSettlement": "SpecifiedLineTradeSettlement",
}
_SUMMATION: Final = "SpecifiedTradeSettlementMonetarySummation"
_HEAD: Final = "ApplicableHeaderTradeSettlement"
_HEAD_SUMMATION: Final = "SpecifiedTradeSettlementHeaderMonetarySummation"
_LINE_SUMMATION: Final = "SpecifiedTradeSettlementLineMonetarySummation"


def is_zugferd_one(tag: str) -> bool:
    """Say whether a document's root is one of ZUGFeRD 1.0."""
    return tag == f"{{{_OLD}}}CrossIndustryDocument"


def as_cross_industry_invoice(root: Any) -> Any:
    """The same invoice with today's names; the order of elements is kept."""
    for element in root.iter():
        name = etree.QName(element)
        local = _NAMES.get(name.localname, name.localname)
        if local == _SUMMATION:
            parent = etree.QName(element.getparent()).localname
            local = _HEAD_SUMMATION if parent == _HEAD else _LINE_SUMMATION
        element.tag = f"{{{_namespace(name.namespace or '')}}}{local}"
    return root


def _namespace(old: str) -> str:
    if old == _OLD:
        return _RSM
    return _UDT if "UnqualifiedDataType" in old else _RAM
